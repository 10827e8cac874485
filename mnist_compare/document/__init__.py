"""What reports and certificates are written with: words, figures, the terminal."""
