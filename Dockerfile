# Headgate as a server: `headgate serve`, configured by its environment. Git is not needed: changes go through the API.
FROM node:24-slim

ENV NODE_ENV=production
WORKDIR /app

# The `node` package is a development dependency, so the image runs on its own Node.js. The workspaces under packages/ (the
# sandbox and the scripted model) stay outside: a server needs neither them nor what they depend on.
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --workspaces=false --ignore-scripts --no-audit --no-fund

COPY app.yml ./
COPY src ./src

# The embedded store lives here; mount a volume, or set DATABASE_URL.
RUN mkdir /data && chown node:node /data
VOLUME /data
USER node
ENV HEADGATE_DATA_DIR=/data HOST=0.0.0.0 PORT=3000
EXPOSE 3000

HEALTHCHECK --interval=30s --timeout=5s --start-period=20s \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/healthz`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]

# node is process 1 and gets SIGTERM itself.
# Keeps the young generation small: under a flood of webhooks the usual one took 140 MB more (`npm run load`).
CMD ["node", "--max-semi-space-size=4", "src/main.ts"]
