"""Judges what was made of fuzzed messages, with nothing but Python's own json and csv.

Standard input: a line of JSON for each batch: {"messages": [base64...], "verdicts": [...], "csv": base64}. A verdict is
{"id": "digits"} for a message that was taken, {"reason": ...} for one in quarantine by the consumer, and has "row":
"yes", "none" or the feature stage's reason. Prints what is wrong, a line each; nothing where all is well.
"""

import base64
import csv
import io
import json
import math
import sys

csv.field_size_limit(1 << 30)

DROPPED = set(
    "visit tns_name ssObjectId parentDiaSourceId midpointMjdTai timeProcessedMjdTai timeWithdrawnMjdTai"
    " firstDiaSourceMjdTai ra_sourceId raErr_sourceId decErr_sourceId ra_dec_Cov_sourceId UTC".split()
)
COMPUTED = {f"{name}_{m}" for name in ("is_above", "first_time", "N_above") for m in (22, 21, 20, 19, 18)}
COMPUTED |= {"index", "deltaDiaSourceMjdTai"}
# Stricter than JSON: what some reader of a batch file could not take.
STRICTER = {"too_deep", "not_a_number", "too_large"}


def read(raw):
    """The message as Python has it, or None where it is none that could be scored."""
    try:
        message = json.loads(raw.decode("utf-8"))
    except (ValueError, RecursionError):
        return None
    if not isinstance(message, dict):
        return None
    identifier = message.get("diaObjectId")
    if type(identifier) is not int or not 0 < identifier < 1 << 63:
        return None
    return message


def clean(text):
    """What no UTF-8 file can hold becomes the replacement character."""
    return "".join("\ufffd" if c == "\0" or 0xD800 <= ord(c) < 0xE000 else c for c in text)


def id_of(source):
    identifier = source.get("diaSourceId")
    return identifier if type(identifier) is int and 0 < identifier < 1 << 63 else -1


def expected_row(message):
    sources = message["alert"]["diaSourcesList"]
    latest = max(sources, key=lambda source: (source["midpointMjdTai"], id_of(source)))
    top = {key: value for key, value in message.items() if key != "alert"}
    row = {(f"{key}_sourceId" if key in top else key): value for key, value in latest.items()}
    row.update(top)
    kept = {key: value for key, value in row.items() if key not in DROPPED}
    names = [clean(key) for key in kept]
    # Two odd names may look alike once they are clean; which column is whose cannot be told then.
    return {clean(key): value for key, value in kept.items() if names.count(clean(key)) == 1}


def same(cell, value):
    try:
        return is_cell_of(cell, value)
    except ValueError:
        return False


def is_cell_of(cell, value):
    if value is None:
        return cell == ""
    if isinstance(value, bool):
        return cell == str(value)
    if isinstance(value, int):
        return int(cell) == value
    if isinstance(value, float):
        return cell == "" if math.isnan(value) else float(cell) == value
    if isinstance(value, str):
        return cell == clean(value)
    return True


def judge(batch):
    raws = [base64.b64decode(text) for text in batch["messages"]]
    text = base64.b64decode(batch["csv"]).decode("utf-8")
    rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    header, rows = (rows[0], rows[1:]) if rows else ([], [])
    by_index = {}
    for row in rows:
        if len(row) != len(header):
            yield f"a row has {len(row)} cells, the header {len(header)}"
            return
        by_index[row[header.index("index")]] = row
    if "\0" in text:
        yield "the feature file holds NUL"
    position = 0
    for number, (raw, verdict) in enumerate(zip(raws, batch["verdicts"])):
        message = read(raw)
        if "id" not in verdict:
            if message is not None and verdict["reason"] not in STRICTER:
                yield f"message {number} is good, and is in quarantine: {verdict['reason']}"
            continue
        if message is None or str(message["diaObjectId"]) != verdict["id"]:
            yield f"message {number} was taken as {verdict['id']}; Python cannot read it so"
            position += 1
            continue
        row = by_index.pop(str(position), None)
        position += 1
        if (row is not None) != (verdict["row"] == "yes"):
            yield f"message {number}: verdict {verdict['row']}, row {'there' if row else 'missing'}"
        if row is None:
            if verdict["row"] == "none" and message.get("alert") is not None:
                yield f"message {number} has an alert and no row"
            continue
        cells = dict(zip(header, row))
        for key, value in expected_row(message).items():
            if key not in COMPUTED and not same(cells.get(key, ""), value):
                yield f"message {number}, {key!r}: cell {cells.get(key)!r}, value {value!r}"
    if by_index:
        yield f"rows without a message: {sorted(by_index)}"


for number, line in enumerate(sys.stdin):
    for fault in judge(json.loads(line)):
        print(f"batch {number}: {fault}".encode("unicode_escape").decode("ascii"))
