"""What AI usage costs: reading exports, pricing them, finding what stands out and what to save.

Pure code over `Decimal`; may import nothing of ours but `domain`. No figure comes from a
language model.
"""
