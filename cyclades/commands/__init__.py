"""The commands. Imported before anything else, so that warnings of others stay out of sight."""

import warnings

# Pyramid and Cornice still import pkg_resources, WebOb still imports cgi.
for _message in ("pkg_resources is deprecated", "Deprecated call to", "'cgi' is deprecated"):
    warnings.filterwarnings("ignore", message=_message)
