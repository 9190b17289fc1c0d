"""Starts awslambdaric, AWS's own Python runtime client, as Lambda does: the package first in `sys.path`, the handler
from `_HANDLER`. An argument names the folder that it is to be taken from; without one it is importable as it is."""

import os
import sys

if not getattr(sys.flags, "safe_path", False):
    del sys.path[0]
sys.path.insert(0, os.environ.get("LAMBDA_TASK_ROOT") or os.getcwd())
_folder = sys.argv[1] if len(sys.argv) > 1 else None
if _folder:
    sys.path.insert(0, _folder)
from awslambdaric import __main__ as _client  # noqa: E402

if _folder:
    # What lies next to the client must not hide what the package brings.
    sys.path.remove(_folder)
    sys.path.append(_folder)
sys.argv = [_client.__file__, os.environ["_HANDLER"]]
_client.main(sys.argv)
