# syntax=docker/dockerfile:1
# Compiles every program of the workspace at once. docker/bake.hcl gives its last stage to the services' Dockerfiles.

FROM --platform=$BUILDPLATFORM node:24-bookworm-slim AS assets
ARG CACHE=argosy
WORKDIR /src/services/webapp
COPY services/webapp/package.json services/webapp/package-lock.json ./
RUN --mount=type=cache,id=$CACHE-npm,target=/root/.npm npm ci --no-audit --no-fund
COPY services/webapp/assets assets
RUN npm run build

FROM --platform=$BUILDPLATFORM rust:1.95-bookworm AS compiler
ARG CACHE=argosy
ARG BUILDARCH
ARG TARGETARCH
COPY docker/compile /usr/local/bin/compile
RUN compile prepare
WORKDIR /src
COPY . .
COPY --from=assets /src/services/webapp/assets/dist services/webapp/assets/dist
RUN --mount=type=cache,id=$CACHE-cargo,target=/usr/local/cargo/registry,sharing=locked \
    --mount=type=cache,id=$CACHE-target-$TARGETARCH,target=/src/target,sharing=locked \
    compile programs /programs

FROM scratch AS programs
COPY --from=compiler /programs /programs
