"""The nine steps from a crystal to a prediction: words, numbers, pictures."""
