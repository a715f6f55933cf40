# Every target is one line over manage.py, which needs nothing but Python 3.11 or newer.
PYTHON ?= python3

.DEFAULT_GOAL := help
.PHONY: demo test lint format bench reset doctor test-services test-matrix interop lift help

demo: ; @$(PYTHON) manage.py demo
test: ; @$(PYTHON) manage.py test
lint: ; @$(PYTHON) manage.py lint
format: ; @$(PYTHON) manage.py format
bench: ; @$(PYTHON) manage.py bench
reset: ; @$(PYTHON) manage.py reset
doctor: ; @$(PYTHON) manage.py doctor
test-services: ; @$(PYTHON) manage.py test-services
test-matrix: ; @$(PYTHON) manage.py test-matrix
interop: ; @$(PYTHON) manage.py interop
lift: ; @$(PYTHON) manage.py lift
help: ; @$(PYTHON) manage.py help
