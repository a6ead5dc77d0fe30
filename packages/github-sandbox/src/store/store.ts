/**
 * Keeps every entity in a Map and writes it through to one SQLite file before a call returns. A killed process loses
 * nothing that it had answered. Git keeps its own objects and refs.
 */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { Repository } from "./entities.ts";
import type { Tables } from "./tables.ts";

type TableName = keyof Tables;
type Id = string | number;

export interface Table<Entity extends { id: Id }> {
  get(id: Id): Entity | undefined;
  /** Inserts or replaces the entity. It is stored without a copy: never mutate what you read, put a changed copy. */
  put(entity: Entity): Entity;
  remove(id: Id): void;
  all(): IterableIterator<Entity>;
  find(matches: (entity: Entity) => boolean): Entity | undefined;
  filter(matches: (entity: Entity) => boolean): Entity[];
}

export interface Clock {
  now(): Date;
}

/** Another process uses the folder. It may be about to close it. */
class FolderInUse extends Error {
  override readonly name = "FolderInUse";
}

/** @throws FolderInUse */
function openDatabase(dataDir: string): DatabaseSync {
  // Existing data folders have this file name.
  const database = new DatabaseSync(join(dataDir, "world.sqlite"));
  try {
    database.exec(
      `pragma locking_mode = exclusive; pragma journal_mode = wal; pragma synchronous = normal;
       create table if not exists entity (kind text, id text, json text not null, primary key (kind, id));
       insert or ignore into entity (kind, id, json) values ('counter', 'last', '0');`,
    );
  } catch (error) {
    database.close();
    throw new FolderInUse(`cannot open the sandbox in ${dataDir}; does another one use it?`, { cause: error });
  }
  return database;
}

export class Store {
  readonly dataDir: string;
  readonly #database: DatabaseSync;
  readonly #tables = new Map<TableName, Table<{ id: Id }>>();
  readonly #clock: Clock;
  #lastId: number;
  #depth = 0;

  constructor(dataDir: string, clock: Clock) {
    mkdirSync(dataDir, { recursive: true });
    this.dataDir = dataDir;
    this.#clock = clock;
    this.#database = openDatabase(dataDir);
    const row = this.#database.prepare("select json from entity where kind = 'counter' and id = 'last'").get();
    this.#lastId = Number(row?.json ?? 0);
  }

  table<Name extends TableName>(name: Name): Table<Tables[Name]> {
    let table = this.#tables.get(name);
    if (table === undefined) {
      table = this.#open(name) as unknown as Table<{ id: Id }>;
      this.#tables.set(name, table);
    }
    return table as unknown as Table<Tables[Name]>;
  }

  /** Returns an id that no entity of this store ever had, also before a restart. */
  nextId(): number {
    this.#lastId += 1;
    this.#database
      .prepare("insert or replace into entity (kind, id, json) values ('counter', 'last', ?)")
      .run(String(this.#lastId));
    return this.#lastId;
  }

  /** Returns the time as GitHub writes it: ISO-8601, UTC, whole seconds. */
  now(): string {
    return this.#clock
      .now()
      .toISOString()
      .replace(/\.\d{3}Z$/, "Z");
  }

  date(): Date {
    return this.#clock.now();
  }

  /**
   * Writes all puts and removes of `change` to the disk together. `change` must be synchronous and must not throw after
   * a put: the Maps have no rollback.
   */
  transaction<Result>(change: () => Result): Result {
    if (this.#depth > 0) return change();
    this.#depth += 1;
    this.#database.exec("begin");
    try {
      return change();
    } finally {
      this.#database.exec("commit");
      this.#depth -= 1;
    }
  }

  close(): void {
    this.#database.close();
  }

  #open<Entity extends { id: Id }>(kind: TableName): Table<Entity> {
    const entities = new Map<Id, Entity>();
    for (const row of this.#database.prepare("select json from entity where kind = ?").all(kind)) {
      const entity = JSON.parse(String(row.json)) as Entity;
      entities.set(entity.id, entity);
    }
    const insert = this.#database.prepare("insert or replace into entity (kind, id, json) values (?, ?, ?)");
    const drop = this.#database.prepare("delete from entity where kind = ? and id = ?");
    return {
      get: (id) => entities.get(id),
      put(entity) {
        insert.run(kind, String(entity.id), JSON.stringify(entity));
        entities.set(entity.id, entity);
        return entity;
      },
      remove(id) {
        drop.run(kind, String(id));
        entities.delete(id);
      },
      all: () => entities.values(),
      find(matches) {
        for (const entity of entities.values()) if (matches(entity)) return entity;
        return undefined;
      },
      filter: (matches) => [...entities.values()].filter(matches),
    };
  }
}

/** The store and one repository in it, for rooms that need no more. `repository` is a snapshot. */
export interface StoreScope {
  readonly store: Store;
  readonly repository: Repository;
}
