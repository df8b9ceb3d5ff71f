"""The WSGI application that granian serves. It knows before its first answer whether the data are simulated."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "minsheng.ground.settings")

from django.core.wsgi import get_wsgi_application

from minsheng.ground import present

application = get_wsgi_application()
present.simulated()
