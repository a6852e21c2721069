"""x"""
DECISIONS = ()
