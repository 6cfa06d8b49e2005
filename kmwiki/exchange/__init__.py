"""What comes in and goes out: plan, then apply; run twice, nothing doubles."""
