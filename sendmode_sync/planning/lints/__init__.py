"""What is unwise about a campaign, rule by rule; each rule may be switched off, made a warning, or made to block."""
