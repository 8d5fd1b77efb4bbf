"""Imports scikit-learn classifiers as ONNX models; `python -m model_import --help`."""

import os

# onnxruntime reports its use to its maker as soon as it is imported, which is after this.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
