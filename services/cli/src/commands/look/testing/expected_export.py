"""The tables of a night as Python reads them from a data folder: rows by name, ids as text, what is missing as None."""

import csv
import glob
import json
import math
import os
import sqlite3
import sys
from array import array
from collections import Counter

root, first, before = sys.argv[1:]
ledger = sqlite3.connect(f"file:{root}/db/log.db?mode=ro", uri=True)
ledger.row_factory = sqlite3.Row
IDS = {"provenanceId", "diaObjectId", "diaSourceId", "id", "visit", "receivedMs", "fateAtMs", "diaObjectId_sourceId"}


def files(kind, ending):
    paths = glob.glob(f"{root}/{kind}/*/*/*{ending}")
    stems = {os.path.basename(path)[: -len(ending)]: path for path in paths}
    return [(stem, stems[stem]) for stem in sorted(stems) if first <= stem < before]


def known(value):
    return None if isinstance(value, float) and math.isnan(value) else value


def row(values):
    return {name: str(value) if name in IDS and value is not None else known(value) for name, value in values.items()}


def scores():
    question = """SELECT p.ID AS provenanceId, p.diaObjectId, p.diaSourceId, p.model_name AS vra, p.model_version AS modelVersion,
        p.score, p.stem, s.midpointMjdTai, s.band, s.psfFlux, s.ra, s.decl, coalesce(o.outcome, 'unsent') AS fate, o.at AS fateAtMs
      FROM provenance p LEFT JOIN source s USING (diaSourceId) LEFT JOIN annotation_outcome o ON o.provenance_ID = p.ID
      WHERE p.stem >= ? AND p.stem < ? ORDER BY p.stem, p.ID"""
    return [row(dict(each)) for each in ledger.execute(question, (first, before))]


def feature(name, text):
    if text == "":
        return None
    if name in IDS or name in ("band", "sherlock_classifications"):
        return text
    return {"True": True, "False": False}.get(text) if text in ("True", "False") else float(text)


def features():
    rows = []
    for stem, path in files("csv", ".csv"):
        with open(path, newline="") as file:
            rows += [{"stem": stem, **{name: feature(name, text) for name, text in each.items()}} for each in csv.DictReader(file)]
    return rows


FLUXES = ["psfFlux", "psfFluxErr", "scienceFlux", "scienceFluxErr", "templateFlux", "templateFluxErr"]
FIELDS = ["midpointMjdTai", "band", *FLUXES, "snr", "ra", "decl", "visit", "isNegative", "reliability"]


def point(kind, source):
    values = {name: source.get(name) for name in FIELDS}
    if kind == "limit":
        values["psfFluxErr"] = source["diaNoise"]
    name = {"detection": "diaSourceId", "forced": "diaForcedSourceId"}.get(kind)
    return {"kind": kind, "id": source.get(name), **values}


def points(alert):
    lists = {"detection": "diaSourcesList", "forced": "diaForcedSourcesList", "limit": "diaNondetectionLimitsList"}
    return [point(kind, source) for kind, name in lists.items() for source in alert.get(name) or []]


def by_time(each):
    return (each["midpointMjdTai"], each["id"] or math.inf)


def light_curves():
    rows, seen = [], set()
    for stem, path in reversed(files("JSON", ".json")):
        found = {}
        messages = json.load(open(path))
        counts = Counter(message["diaObjectId"] for message in messages)
        for message in messages:
            if message.get("alert") and message["diaObjectId"] not in seen:
                for each in points(message["alert"]):
                    found.setdefault(message["diaObjectId"], {}).setdefault((each["kind"], by_time(each), each["band"]), each)
        # An object of several alerts comes when the file was read to its end.
        for diaObjectId, some in sorted(found.items(), key=lambda each: counts[each[0]] > 1):
            rows += [row({"diaObjectId": diaObjectId, **each, "stem": stem}) for each in sorted(some.values(), key=by_time)]
        seen |= found.keys()
    return rows


MESSAGE = ["nDiaSources", "firstDiaSourceMjdTai", "lastDiaSourceMjdTai", "latestR", "sherlock_classifications"]
MESSAGE += ["separationArcsec", "z", "photoZ", "photoZErr", "distance", "absMag", "absMagMJD", "ebv"]


def alerts():
    rows = []
    for stem, path in files("JSON", ".json"):
        received = array("d", ledger.execute("SELECT received_ms FROM batch WHERE stem = ?", (stem,)).fetchone()[0])
        for position, message in enumerate(json.load(open(path))):
            at = received[position]
            values = {"stem": stem, "position": position, "receivedMs": None if math.isnan(at) else round(at)}
            values |= {"diaObjectId": message["diaObjectId"], "tnsName": message["tns_name"] or None}
            values |= {name: message[name] for name in MESSAGE}
            alert = message.get("alert")
            place = (alert or {}).get("diaObject") or message
            values |= {"objectRa": place["ra"], "objectDecl": place["decl"]}
            if alert:
                newest = max(points({"diaSourcesList": alert["diaSourcesList"]}), key=by_time)
                values |= {name: newest[name] for name in FIELDS} | {"diaSourceId": newest["id"]}
                values |= {"sources": len(alert["diaSourcesList"]), "forced": len(points(alert)) - len(alert["diaSourcesList"])}
            rows.append(row(values))
    return rows


json.dump({"scores": scores(), "features": features(), "light-curves": light_curves(), "alerts": alerts()}, sys.stdout)
