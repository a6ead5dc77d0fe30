/** The shape of a schema without its rules, for what is judged where it comes in and read many times after that. */
import { z } from "zod";

type Parts = { type: string; [part: string]: unknown };

/**
 * The same types, nothing about lengths, patterns or ranges: a state is read with every event, and rules would be most of
 * the work. A default is for what comes from outside too; what is stored has its value.
 */
export function shapeOf<Schema extends z.ZodType>(schema: Schema): z.ZodType<z.output<Schema>> {
  return bare(schema) as z.ZodType<z.output<Schema>>;
}

function bare(schema: z.core.$ZodType): z.ZodType {
  const parts = schema._zod.def as unknown as Parts;
  const part = (name: string) => bare(parts[name] as z.core.$ZodType);
  switch (parts.type) {
    case "string":
      return z.string();
    case "number":
      return z.number();
    case "boolean":
    case "enum":
    case "literal":
    case "unknown":
    case "null":
      return schema as z.ZodType;
    case "nullable":
      return part("innerType").nullable();
    case "optional":
      return part("innerType").optional();
    case "default":
      return part("innerType");
    case "array":
      return z.array(part("element"));
    case "record":
      return z.record(z.string(), part("valueType"));
    case "object":
      return z.object(
        Object.fromEntries(
          Object.entries(parts.shape as Record<string, z.core.$ZodType>).map(([name, value]) => [name, bare(value)]),
        ),
      );
    case "union": {
      const options = (parts.options as z.core.$ZodType[]).map(bare);
      return typeof parts.discriminator === "string"
        ? z.discriminatedUnion(parts.discriminator, options as [z.ZodObject, ...z.ZodObject[]])
        : z.union(options);
    }
    default:
      throw new Error(`no shape is known of ${parts.type}`);
  }
}
