"""Imports scikit-learn classifiers as ONNX models; `python -m model_import --help`."""
