"""Runs a notebook with nbclient, as nbconvert, papermill and many others do, and writes the executed notebook.

`execute.py NOTEBOOK OUT KERNEL`. Fails as nbclient fails: with the first cell that raises.
"""

import os
import sys

import nbformat
from nbclient import NotebookClient

path, out, kernel = sys.argv[1:]
notebook = nbformat.read(path, as_version=4)
client = NotebookClient(
    notebook, kernel_name=kernel, timeout=120, resources={'metadata': {'path': os.path.dirname(path)}}
)
client.execute()
nbformat.validate(notebook)
nbformat.write(notebook, out)
