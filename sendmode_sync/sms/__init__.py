"""What a text message is: alphabet, segments, merge fields, plain punctuation, mobile numbers and sending times."""
