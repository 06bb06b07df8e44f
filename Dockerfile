# syntax=docker/dockerfile:1

FROM node:24-slim AS build
WORKDIR /build
COPY package.json package-lock.json ./
# The image brings its own Node 24, so the package that pins one for checkouts need not fetch it.
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY . .
RUN node scripts/build.ts /out

FROM node:24-slim
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="PBX Calendar Agent" \
      org.opencontainers.image.description="Keeps the meetings of a Grandstream PBX in Google Calendar" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
# Others reach a container only from outside, so the pages are served over https, with a certificate of the agent's
# own unless TLS_CERT_FILE and TLS_KEY_FILE are set.
ENV NODE_ENV=production HOST=0.0.0.0 PORT=8480 DATA_DIR=/data
WORKDIR /app
COPY --from=build /out ./
RUN install -d -o node -g node -m 0700 /data
USER node
VOLUME /data
EXPOSE 8480
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=6s --start-period=15s \
  CMD ["node", "server/healthcheck.js"]
# The options keep the memory of a busy hour small: new objects in 4 MB, garbage up to half of what is in use.
# Without a shell in between: node is process 1 and gets the signals itself.
ENTRYPOINT ["node"]
CMD ["--max-semi-space-size=4", "--heap-growing-percent=50", "server/main.js"]
