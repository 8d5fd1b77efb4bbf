"""Every epoch of every object of a batch file, by Python's own parser, and its AB magnitude by astropy."""

import json
import math
import sys

from astropy import units as u

NUMBERS = ["midpointMjdTai", "psfFlux", "psfFluxErr", "scienceFlux", "scienceFluxErr"]
NUMBERS += ["templateFlux", "templateFluxErr", "snr", "ra", "decl", "reliability"]


def known(number):
    return None if number is None or math.isnan(number) else number


def epoch(source):
    values = {name: known(source[name]) for name in NUMBERS}
    flux = values["psfFlux"]
    magnitude = f"{(flux * u.nJy).to_value(u.ABmag):.3f}" if flux is not None and flux > 0 else None
    return {
        "point": {
            **values,
            "id": str(source["diaSourceId"]),
            "band": source["band"],
            "visit": str(source["visit"]),
            "isNegative": source["isNegative"],
        },
        "magnitude": magnitude,
    }


objects = {}
with open(sys.argv[1]) as file:
    for message in json.load(file):
        if "alert" in message:
            sources = message["alert"]["diaSourcesList"]
            sources.sort(key=lambda source: (source["midpointMjdTai"], source["diaSourceId"]))
            objects[str(message["diaObjectId"])] = [epoch(source) for source in sources]
json.dump(objects, sys.stdout)
