/** People. https://docs.github.com/en/rest/users/users */
import type { Hub } from "../hub.ts";
import { privateUser, publicUser } from "../shapes/user.ts";
import { actingUser, forbidden, newRest, type Rest } from "./kit.ts";
import { userNamed } from "./repos/repository-routes.ts";
import { respond } from "./respond.ts";

export function userRoutes(hub: Hub): Rest {
  const rest = newRest();

  rest.get("/user", (context) => {
    const user = actingUser(context);
    // Apps and jobs are not people: they have no "own account".
    if (user.type !== "User") throw forbidden();
    return respond<"users/get-authenticated">(context, privateUser(hub, user));
  });

  rest.get("/users/:login", (context) =>
    respond<"users/get-by-username">(context, publicUser(hub, userNamed(hub, context.req.param("login")))),
  );

  return rest;
}
