"""Django's settings. What differs between cities or machines comes from the environment, which `minsheng up` fills:
MINSHENG_DATA (data directory), MINSHENG_CITY (city pack), MINSHENG_DSN_APP and MINSHENG_DSN_VAULT (databases)."""

from __future__ import annotations

import os
from pathlib import Path

from minsheng.ground.databases import django_database
from minsheng.ground.keys import keys

ROOT = Path(__file__).resolve().parents[1]
DATA = Path(os.environ.get("MINSHENG_DATA", "data"))
CITY = Path(os.environ.get("MINSHENG_CITY", ROOT.parents[1] / "cities" / "anyang"))

SECRET_KEY = keys().get("web").hex()
DEBUG = False
ALLOWED_HOSTS = os.environ.get("MINSHENG_HOSTS", "127.0.0.1,localhost,[::1],testserver").split(",")
CSRF_TRUSTED_ORIGINS = [o for o in os.environ.get("MINSHENG_ORIGINS", "").split(",") if o]

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "procrastinate.contrib.django",
    "minsheng.ground",
    "minsheng.respond",
    "minsheng.foresee",
    "minsheng.account",
    "minsheng.doors",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "minsheng.doors.frame.middleware.headers",
]
ROOT_URLCONF = "minsheng.doors.urls"
WSGI_APPLICATION = "minsheng.doors.wsgi.application"
AUTH_USER_MODEL = "ground.Account"
LOGIN_URL = "/staff/login"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "minsheng.doors.frame.context.frame",
            ],
        },
    }
]

DATABASES = {
    "default": django_database(os.environ.get("MINSHENG_DSN_APP", ""), pool=True),
    "vault": django_database(os.environ.get("MINSHENG_DSN_VAULT", ""), pool=True),
}
DATABASE_ROUTERS = ["minsheng.ground.databases.NoMigrationsInVault"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "中文"), ("en", "English")]
LOCALE_PATHS = [ROOT / "doors" / "locale"]
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"

STATIC_URL = "/static/"
STATIC_ROOT = ROOT / "doors" / "static"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
SECURE_CONTENT_TYPE_NOSNIFF = True
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 12 * 1024 * 1024
PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "jobs"
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["console"], "level": os.environ.get("MINSHENG_LOG", "WARNING")},
}
