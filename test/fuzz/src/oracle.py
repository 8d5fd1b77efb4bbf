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
    """The message as Python reads it, or None if it cannot be scored."""
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


LASAIRS = {"diaObjectId", "ra", "decl", "raErr", "decErr", "ra_dec_Cov"}


def top_level_names(messages):
    """Names whose plain column is the message's, in all rows of a batch, and names whose column is the source's."""
    pairs = [({*map(clean, message)} - {"alert"}, {*map(clean, latest_of(message))}) for message in messages]
    top_level, sources = set(), {"diaSourceId"}
    for name in set().union(*(top for top, _ in pairs)):
        lacking = sum(name in source and name not in top for top, source in pairs)
        having = sum(name in top for top, _ in pairs)
        (top_level if name in LASAIRS or having > lacking else sources).add(name)
    return top_level - sources, sources


def latest_of(message):
    return max(message["alert"]["diaSourcesList"], key=lambda source: (as_number(source["midpointMjdTai"]), id_of(source)))


def as_number(value):
    return float(value) if isinstance(value, str) else value


def expected_row(message, top_level, sources):
    row = {key: value for key, value in message.items() if key != "alert" and clean(key) not in sources}
    latest = latest_of(message)
    row.update({key: value for key, value in latest.items() if clean(key) not in top_level and key not in row})
    row.update({f"{key}_sourceId": value for key, value in latest.items() if clean(key) in top_level})
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
        # In a column of numbers it is 1 or 0.
        return cell in (str(value), str(int(value)))
    if isinstance(value, int):
        return int(cell) == value if cell not in FLAGS else int(FLAGS[cell]) == value
    if isinstance(value, float):
        if math.isnan(value):
            return cell == ""
        return float(cell) == value if cell not in FLAGS else float(FLAGS[cell]) == value
    if isinstance(value, str):
        return cell == clean(value) or means(cell, value)
    return json.loads(cell) == value or "nan" in repr(value)


FLAGS = {"True": True, "False": False}
MISSING = {"", "nan", "NaN", "None", "inf", "-inf", "null", "NA"}


def means(cell, text):
    """Whether a cell of a column of numbers or flags is what a text says."""
    if text in MISSING or cell == "":
        return cell == "" and text in MISSING
    if cell in FLAGS:
        return text.lower() == cell.lower() or float(text) == FLAGS[cell]
    return float(cell) == float(text)


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
    good = [read(raw) for raw, verdict in zip(raws, batch["verdicts"]) if verdict.get("row") == "yes"]
    top_level, sources = top_level_names([message for message in good if message is not None])
    position = 0
    for place, (raw, verdict) in enumerate(zip(raws, batch["verdicts"])):
        message = read(raw)
        if "id" not in verdict:
            if message is not None and verdict["reason"] not in STRICTER:
                yield f"message {place} is good, and is in quarantine: {verdict['reason']}"
            continue
        if message is None or str(message["diaObjectId"]) != verdict["id"]:
            yield f"message {place} was taken as {verdict['id']}; Python cannot read it so"
            position += 1
            continue
        row = by_index.pop(str(position), None)
        position += 1
        if (row is not None) != (verdict["row"] == "yes"):
            yield f"message {place}: verdict {verdict['row']}, row {'there' if row else 'missing'}"
        if row is None:
            if verdict["row"] == "none" and message.get("alert") is not None:
                yield f"message {place} has an alert and no row"
            continue
        cells = dict(zip(header, row))
        for key, value in expected_row(message, top_level, sources).items():
            if key not in COMPUTED and not same(cells.get(key, ""), value):
                yield f"message {place}, {key!r}: cell {cells.get(key)!r}, value {value!r}"
    if by_index:
        yield f"rows without a message: {sorted(by_index)}"


for number, line in enumerate(sys.stdin):
    for fault in judge(json.loads(line)):
        print(f"batch {number}: {fault}".encode("unicode_escape").decode("ascii"))
