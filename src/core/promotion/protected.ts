/**
 * Which paths an agent may not change, which only with a person's approval of the pull, and which a person should see. One table:
 * `docs/security.md` shows it, and a test compares the two. Globs match at any depth and in any case.
 */

import { matcherOfSimple } from "../rules/globs.ts";
import { canonicalPath } from "./names.ts";

/** never: refused. approve: the pull waits for a person. warn: the pull's text names it. */
export type Protection = "never" | "approve" | "warn";

interface ProtectedPaths {
  protection: Protection;
  /** The effect of such files, by which people look them up. */
  about: "github" | "git" | "instructions" | "agents" | "machines" | "packages" | "other-ci" | "dependencies";
  globs: readonly string[];
}

const protectedPaths: readonly ProtectedPaths[] = [
  // GitHub runs them, asks those whom they name, or shows them as the repository's own word.
  { protection: "never", about: "github", globs: ["**/.github/**", "**/CODEOWNERS"] },
  // Git follows them on every machine that checks them out.
  { protection: "never", about: "git", globs: ["**/.gitmodules", "**/.husky/**", "**/.githooks/**"] },
  // The next agent, and every person's own, does what they say.
  {
    protection: "never",
    about: "instructions",
    globs: [
      "**/AGENT.md",
      "**/AGENTS.md",
      "**/AGENTS.override.md",
      "**/CLAUDE.md",
      "**/CLAUDE.local.md",
      "**/GEMINI.md",
      "**/QWEN.md",
      "**/CONVENTIONS.md",
      "**/.cursorrules",
      "**/.windsurfrules",
      "**/.clinerules",
      "**/.clinerules/**",
      "**/.roorules",
      "**/.goosehints",
      "**/WARP.md",
      "**/replit.md",
      "**/.rules",
      "**/.junie/**",
      "**/copilot-instructions.md",
    ],
  },
  // They give agents tools, hooks and permissions.
  {
    protection: "never",
    about: "agents",
    globs: [
      "**/.claude/**",
      "**/.cursor/**",
      "**/.codex/**",
      "**/.gemini/**",
      "**/.windsurf/**",
      "**/.roo/**",
      "**/.kiro/**",
      "**/.opencode/**",
      "**/.agents/**",
      "**/.trae/**",
      "**/.qwen/**",
      "**/crush.json",
      "**/.crush.json",
      "**/opencode.json",
      "**/opencode.jsonc",
      "**/.amazonq/**",
      "**/.augment/**",
      "**/.continue/**",
      "**/.aider.conf.y*ml",
      "**/.mcp.json",
      "**/mcp.json",
    ],
  },
  // They run when a person opens, enters or checks out the folder.
  {
    protection: "approve",
    about: "machines",
    globs: [
      "**/.vscode/**",
      "**/.idea/**",
      "**/.zed/**",
      "**/.fleet/**",
      "**/*.code-workspace",
      "**/.devcontainer/**",
      "**/.devcontainer.json",
      "**/.gitpod.yml",
      "**/.envrc",
      "**/.mise.toml",
      "**/mise.toml",
      "**/.tool-versions",
      "**/.gitattributes",
      "**/.pre-commit-config.yaml",
      "**/lefthook.*",
      "**/.lefthook.*",
      "**/lefthook-local.*",
      "**/mise.local.toml",
      "**/.mise/**",
      "**/.gitpod.Dockerfile",
      "**/flake.nix",
      "**/shell.nix",
      "**/devbox.json",
      "**/.replit",
      "**/.vs/**",
      "**/.lintstagedrc*",
    ],
  },
  // They choose where packages come from and what their installation runs.
  {
    protection: "approve",
    about: "packages",
    globs: [
      "**/.npmrc",
      "**/.yarnrc",
      "**/.yarnrc.yml",
      "**/.yarn/**",
      "**/.pnpmfile.cjs",
      "**/pnpmfile.js",
      "**/.pnpmfile.mjs",
      "**/pnpm-workspace.yaml",
      "**/bunfig.toml",
      "**/.bundle/**",
      "**/pip.conf",
      "**/.pypirc",
      "**/uv.toml",
      "**/.cargo/**",
      "**/nuget.config",
      "**/.mvn/**",
      "**/init.gradle",
      "**/gradle/wrapper/**",
    ],
  },
  // They run elsewhere, with other secrets.
  {
    protection: "approve",
    about: "other-ci",
    globs: [
      "**/action.yml",
      "**/action.yaml",
      "**/.circleci/**",
      "**/.gitlab-ci.yml",
      "**/.gitlab/**",
      "**/Jenkinsfile*",
      "**/azure-pipelines*.y*ml",
      "**/.azure-pipelines/**",
      "**/.travis.yml",
      "**/.appveyor.yml",
      "**/appveyor.yml",
      "**/.drone.y*ml",
      "**/.woodpecker.y*ml",
      "**/.woodpecker/**",
      "**/bitbucket-pipelines.y*ml",
      "**/.buildkite/**",
      "**/.semaphore/**",
      "**/.cirrus.yml",
      "**/.forgejo/**",
      "**/.gitea/**",
      "**/cloudbuild.y*ml",
      "**/buildspec.yml",
      "**/renovate.json",
      "**/renovate.json5",
      "**/.renovaterc*",
      "**/.renovate.json*",
      "**/netlify.toml",
      "**/vercel.json",
      "**/.releaserc*",
      "**/release.config.*",
      "**/.goreleaser.y*ml",
      "**/.pre-commit-hooks.yaml",
      "**/wercker.yml",
      "**/.mergify.yml",
      "**/codecov.yml",
      "**/.codecov.yml",
    ],
  },
  // An installation brings what they name.
  {
    protection: "warn",
    about: "dependencies",
    globs: [
      "**/package-lock.json",
      "**/npm-shrinkwrap.json",
      "**/yarn.lock",
      "**/pnpm-lock.yaml",
      "**/bun.lock",
      "**/bun.lockb",
      "**/Cargo.lock",
      "**/go.sum",
      "**/poetry.lock",
      "**/uv.lock",
      "**/Pipfile.lock",
      "**/requirements*.txt",
      "**/Gemfile.lock",
      "**/composer.lock",
    ],
  },
];

export function pathsOf(protection: Protection): readonly string[] {
  return protectedPaths.filter((one) => one.protection === protection).flatMap(({ globs }) => globs);
}

const matchers = protectedPaths.flatMap(({ protection, globs }) =>
  globs.map((glob) => ({ protection, matches: matcherOfSimple(glob.toLowerCase()) })),
);

/** Returns the strictest protection of a path, in any case and in any spelling that a file system takes for it. */
export function protectionOf(path: string): Protection | null {
  const spellings = [path, canonicalPath(path)].map((one) => one.toLowerCase());
  const isOf = (level: Protection) =>
    matchers.some(({ protection, matches }) => protection === level && spellings.some((one) => matches(one)));
  return (["never", "approve", "warn"] as const).find(isOf) ?? null;
}
