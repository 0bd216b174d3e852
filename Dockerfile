# The service as one image: API, pages and worker, with the Postgres of DATABASE_URL or its own.
# It listens on loopback only, so run it in the host's network:
#   docker run --network host --volume goldenpath:/data goldenpath
FROM python:3.13-slim AS packages
COPY requirements.lock .
RUN python -m venv /venv \
    && /venv/bin/pip install --no-cache-dir --require-hashes -r requirements.lock

FROM python:3.13-slim
RUN useradd --create-home goldenpath && install -d -o goldenpath /data
COPY --from=packages /venv /venv
WORKDIR /goldenpath
COPY . .
ENV PATH=/venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    GOLDENPATH_DATA_DIR=/data
USER goldenpath
VOLUME /data
ENTRYPOINT ["python", "-m", "server"]
CMD ["serve"]
