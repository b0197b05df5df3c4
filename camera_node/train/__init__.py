"""How the project's own small detector is made: drawn data in, one ONNX file out."""
