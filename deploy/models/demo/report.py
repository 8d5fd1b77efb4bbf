"""The part of README.md that says how good the model is, from its manifest, so that the two agree."""

from pathlib import Path

BEGIN = "<!-- written by train.py from r0b_demo.json -->"
END = "<!-- end -->"


def write(path: Path, manifest: dict) -> None:
    """Replaces what stands between the two marks of README.md."""
    before, _, rest = path.read_text().partition(BEGIN)
    _, _, after = rest.partition(END)
    path.write_text(f"{before}{BEGIN}\n\n{_text(manifest)}\n{END}{after}")


def _text(manifest: dict) -> str:
    test, training, parity = manifest["heldOut"], manifest["training"], manifest["parity"]
    table = test["confusionAtHalf"]
    lines = [
        f"Trained on {training['rows']:,} simulated alerts, {training['shareReal']:.0%} of them real; tested on "
        f"{test['rows']:,} of objects that the training did not see.",
        "",
        f"- Area under the ROC curve: {test['auc']:.3f} (Lasair's own `reliability` on the same rows: "
        f"{test['aucOfReliability']:.3f}). Brier score: {test['brier']:.3f}.",
        f"- Greatest difference between scikit-learn and the ONNX graph over {parity['rows']:,} rows, those exactly at "
        f"and one double to either side of every split of the trees included: {parity['greatestDifference']:.1e}.",
        "",
        "| at a score of 0.5 | scored bogus | scored real |",
        "|---|---|---|",
        f"| is bogus | {table['bogusAsBogus']} | {table['bogusAsReal']} |",
        f"| is real | {table['realAsBogus']} | {table['realAsReal']} |",
        "",
        "| scores | rows | mean score | share that is real |",
        "|---|---|---|---|",
    ]
    for bin in test["calibration"]:
        if bin["rows"] > 0:
            lines.append(f"| {bin['scores']} | {bin['rows']} | {bin['meanScore']:.3f} | {bin['shareReal']:.3f} |")
    return "\n".join(lines) + "\n"
