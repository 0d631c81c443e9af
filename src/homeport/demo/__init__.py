"""The demo company Saebom: invented inputs, never outputs."""
