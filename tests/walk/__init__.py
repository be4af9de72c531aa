"""A walk over all public names of mmbook with bad arguments of every kind.

``python -m tests.walk`` prints what came of it, module by module.
"""
