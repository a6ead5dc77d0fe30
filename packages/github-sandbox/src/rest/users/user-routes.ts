/** Users. https://docs.github.com/en/rest/users/users */
import { forbidden } from "../../access/errors.ts";
import type { SandboxContext } from "../../context.ts";
import { renderPrivateUser, renderPublicUser } from "../../render/user.ts";
import { actingUser, newRest, type Rest } from "../kit.ts";
import { userNamed } from "../repos/repository-routes.ts";
import { respond } from "../respond.ts";

export function userRoutes(context: SandboxContext): Rest {
  const rest = newRest();

  rest.get("/user", (http) => {
    const user = actingUser(http);
    // Bots of Apps and jobs have no account of their own.
    if (user.type !== "User") throw forbidden();
    return respond<"users/get-authenticated">(http, renderPrivateUser(context, user));
  });

  rest.get("/users/:login", (http) =>
    respond<"users/get-by-username">(http, renderPublicUser(context, userNamed(context, http.req.param("login")))),
  );

  return rest;
}
