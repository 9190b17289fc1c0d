"""The table: one for every client, ours and AWS's."""

from . import answering, context, ends, errors, events, loading, logs, streaming, values

CASES = [case for part in (context, events, answering, values, errors, loading, streaming, logs, ends) for case in part.CASES]
