"""Runs a notebook through a Jupyter server's REST and websocket API with nbclient: gateway.py URL TOKEN IN OUT."""
import functools
import sys

import nbformat
import websocket
from jupyter_server.gateway.gateway_client import GatewayClient
from jupyter_server.gateway.managers import GatewayKernelManager
from nbclient import NotebookClient

url, token, source, target = sys.argv[1:]
GatewayClient.instance(url=url, auth_token=token)
# This version of the gateway client sends the token with its requests, but not when it opens the websocket.
websocket.create_connection = functools.partial(
    websocket.create_connection, header=["Authorization: token " + token]
)
notebook = nbformat.read(source, as_version=4)
client = NotebookClient(notebook, kernel_manager_class=GatewayKernelManager, timeout=60)
client.execute(kernel_name=notebook.metadata.kernelspec.name)
nbformat.write(notebook, target)
