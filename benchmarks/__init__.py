"""What a request costs, in ratios that hold on a noisy machine. See README.md."""
