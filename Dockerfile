# The book in a container. What it needs is inside: nothing is fetched when it runs.
#
#   make image                              docker build -t mmbook .
#   docker run --rm -p 8888:8888 mmbook     JupyterLab; its address stands in what it prints
#
# A JupyterHub starts it with jupyterhub-singleuser, whose major version must be the hub's:
#
#   docker build -t mmbook --build-arg JUPYTERHUB=5.5.4 .
FROM python:3.11-slim-bookworm

ARG PACKAGES="make"
# hadolint ignore=DL3008,SC2086  # Debian's stable versions; a list of names, to be split
RUN apt-get update \
    && apt-get install --yes --no-install-recommends $PACKAGES \
    && rm -rf /var/lib/apt/lists/*

# The names that hubs and Binder know.
ENV NB_USER=jovyan NB_UID=1000 HOME=/home/jovyan
RUN useradd --create-home --uid "$NB_UID" --shell /bin/bash "$NB_USER" \
    && install --directory --owner "$NB_USER" /opt/mmbook /opt/venv
USER $NB_UID
WORKDIR /opt/mmbook

# First what is fetched, a layer that lasts until a version changes. One thread, as the outputs were made.
ENV MMBOOK_VENV=/opt/venv OMP_NUM_THREADS=1
COPY --chown=1000 Makefile pyproject.toml constraints.txt README.md LICENSE ./
COPY --chown=1000 mmbook/__init__.py mmbook/
COPY --chown=1000 mmbook/data/README.md mmbook/data/
ARG EXTRAS=lab
ENV EXTRAS=$EXTRAS
ARG JUPYTERHUB=6.1.1
RUN PIP_NO_CACHE_DIR=1 make setup \
    && /opt/venv/bin/python -m pip install --quiet --no-cache-dir -c constraints.txt "jupyterhub==$JUPYTERHUB"
ENV PATH=/opt/venv/bin:$PATH

COPY --chown=1000 . .

# Its first act puts these folders into the home, which a hub keeps, unless they are there.
ENV MMBOOK_SHOW=notebooks
WORKDIR $HOME
EXPOSE 8888
ENTRYPOINT ["sh", "/opt/mmbook/tools/lab/enter.sh"]
CMD ["jupyter", "lab", "--ip=0.0.0.0", "--no-browser", "--config=/opt/mmbook/tools/lab/config.py"]
