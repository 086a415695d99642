# Die Befehle des Kurses; was sie tun, steht in tools/ und faltwerk/.
PYTHON ?= python3
PORT ?= 8000
VENV_PYTHON := .venv/bin/python

.PHONY: help html test quick lint mutants bench pdf linkcheck lock vendor live serve clean setup
.DEFAULT_GOAL := help

help:
	@echo "make html       Website nach build/html bauen"
	@echo "make test       Stil prüfen und alle Tests ausführen"
	@echo "make quick      Stil und alles, was weder Browser noch Training noch Website braucht"
	@echo "make live       bei jedem Speichern neu bauen und die offene Seite neu laden"
	@echo "make serve      gebaute Website auf http://127.0.0.1:$(PORT)/ zeigen"
	@echo "make pdf        Kurs als PDF nach build/; mit SOLUTIONS=1 samt Musterlösungen"
	@echo "make lint       Stil, Typen und Richtung der Importe prüfen"
	@echo "make mutants    Musterlösungen verändern; jede Veränderung muss auffallen"
	@echo "make bench      Zeiten messen, nebeneinander in einem Lauf"
	@echo "make linkcheck  fremde Verweise aufrufen und prüfen (braucht das Netz)"
	@echo "make lock       Versionen und Prüfsummen aller Pakete neu festlegen"
	@echo "make vendor     mitgelieferte Dateien Dritter (website/vendor/) aus dem Netz erneuern"
	@echo "make clean      Gebautes (build/) löschen"
	@echo "make help       diese Übersicht"

setup:
	@command -v "$(PYTHON)" >/dev/null 2>&1 || { echo "Faltwerk braucht Python 3.11 bis 3.14, der Befehl »$(PYTHON)« ist aber nicht zu finden." >&2; exit 1; }
	@"$(PYTHON)" tools/environment.py

html: setup
	@$(VENV_PYTHON) -m website build

test: lint
	@$(VENV_PYTHON) -m pytest -n auto --maxprocesses 4 --dist loadgroup --no-loadscope-reorder

quick: lint
	@$(VENV_PYTHON) -m pytest -n auto --maxprocesses 4 -m "not (browser or site or training or slow)"

lint: setup
	@$(VENV_PYTHON) -m ruff check .
	@$(VENV_PYTHON) -m ruff format --check .
	@$(VENV_PYTHON) -m mypy --no-error-summary
	@$(VENV_PYTHON) -m tools.arrows
	@$(VENV_PYTHON) -m tools.javascript

mutants: setup
	@$(VENV_PYTHON) -m faltwerk mutants

bench: setup
	@$(VENV_PYTHON) -m tools.bench

linkcheck: setup
	@$(VENV_PYTHON) -m website linkcheck

lock: setup
	@$(VENV_PYTHON) -m tools.lock
	@$(VENV_PYTHON) -m tools.javascript --lock

pdf: html
	@$(VENV_PYTHON) -m website pdf $(if $(filter-out 0,$(SOLUTIONS)),--solutions)

vendor: setup
	@$(VENV_PYTHON) -m tools.vendor

live: setup
	@$(VENV_PYTHON) -m website live --port $(PORT)

serve:
	@"$(PYTHON)" -m website serve --port $(PORT)

clean:
	@"$(PYTHON)" -m website clean
