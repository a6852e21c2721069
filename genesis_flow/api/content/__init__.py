"""Python objects as artifacts: texts, figures, images and tables; libraries are imported on first use."""
