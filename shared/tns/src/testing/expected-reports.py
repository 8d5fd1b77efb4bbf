"""What a report of each object of a batch file must say, computed without any code of the project.

Reads the batch file named by the first argument with Python's own json; dates go from TAI to UTC by ERFA, magnitudes by
decimal arithmetic. Prints a list of objects as JSON; ids are text, dates MJD UTC, null where there is no detection.
"""

import json
import math
import sys
from decimal import Decimal, getcontext

import erfa

getcontext().prec = 40
LOWEST_SNR = 5
FLAGS = ["psfFlux_flag", "pixelFlags_injected", "pixelFlags_injectedCenter", "glint_trail"]


def is_number(value):
    return value is not None and not math.isnan(value)


def mjd_utc(mjd_tai):
    utc1, utc2 = erfa.taiutc(2400000.5, mjd_tai)
    return float((Decimal(float(utc1)) - Decimal("2400000.5")) + Decimal(float(utc2)))


def magnitude(flux):
    return float(Decimal("-2.5") * Decimal(flux).log10() + Decimal("31.4"))


def point(source):
    flux, error = source["psfFlux"], source["psfFluxErr"]
    shown = {"obsdate": mjd_utc(source["midpointMjdTai"]), "band": source["band"]}
    if flux > 0 and Decimal(flux) / Decimal(error) >= LOWEST_SNR:
        slope = Decimal("2.5") / Decimal(10).ln()
        shown["flux"] = magnitude(flux)
        shown["flux_error"] = float(slope * Decimal(error) / Decimal(flux))
    else:
        shown["limiting_flux"] = magnitude(LOWEST_SNR * error)
    return shown


def expected(message):
    alert = message["alert"]
    sources = sorted(alert["diaSourcesList"], key=lambda source: (source["midpointMjdTai"], source["diaSourceId"]))
    sources = [s for s in sources if not any(s.get(flag) for flag in FLAGS)]
    sources = [s for s in sources if not is_number(s.get("timeWithdrawnMjdTai"))]
    sources = [s for s in sources if not (s["isNegative"] and s["psfFlux"] > 0)]
    points = [point(source) for source in sources]
    first = next((i for i, p in enumerate(points) if "flux" in p), None)
    return {
        "diaObjectId": str(message["diaObjectId"]),
        "ra": alert["diaObject"]["ra"],
        "dec": alert["diaObject"]["decl"],
        "photometry": None if first is None else [points[first]] + points[first + 1 :][-9:],
    }


with open(sys.argv[1]) as batch:
    messages = [message for message in json.load(batch) if "alert" in message]
print(json.dumps([expected(message) for message in messages]))
