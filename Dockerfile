# One image for the operator, the crawlers, the consumers, the jobs and the command line: the first argument is the entry point. It holds Node, the libraries
# that Node and the native packages load, the packages and our sources: no shell, no package manager, no compiler.
# The base's digest says which image it is; its tag says what it is, and must name the Node of package-lock.json (docs/supply-chain.md).
FROM node:24.21.0-slim@sha256:d6aa754f16b3197301076f047b5def2f02ea1dbbc2ca920407d46d7ec7f87b20 AS packages
WORKDIR /app
COPY package.json package-lock.json ./
COPY scripts/supply scripts/supply
RUN --mount=type=cache,target=/var/cache/npm npm ci --omit=dev --ignore-scripts --cache /var/cache/npm \
  && node scripts/supply/check-installed.ts \
  && node scripts/supply/prune-packages.ts node_modules \
  && node scripts/supply/system-root.ts /system node_modules

FROM scratch
COPY --from=packages /system /
ENV PATH=/usr/local/bin NODE_ENV=production
WORKDIR /app
COPY --from=packages /app/node_modules node_modules
COPY package.json LICENSE ./
COPY core core
COPY crawler crawler
COPY consumer consumer
COPY operator operator
COPY local local
COPY cli cli
USER 65532:65532
# The flags of core/process/node-flags.ts, and a heap that leaves room for the rest within the container's limit.
ENTRYPOINT ["node", "--disable-warning=ExperimentalWarning", "--max-semi-space-size=16", "--max-old-space-size-percentage=65"]
CMD ["operator/main.ts", "--help"]
