// The page to read and try the API: Swagger UI on this server's own description. Nothing is loaded from elsewhere.
SwaggerUIBundle({ url: "/openapi.json", dom_id: "#swagger-ui", deepLinking: true, persistAuthorization: false });
