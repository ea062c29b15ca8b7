namespace Gateway;

/// <summary>
/// All that is routed; the first route that fits decides, so that the particular ones stand before the general. A route says
/// who may pass the gateway; the service behind it checks again and knows who owns what.
/// </summary>
internal static class RouteTable
{
    private const string Users = "users";
    private const string Products = "products";
    private const string Orders = "orders";
    private const string Payments = "payments";

    private static readonly Route[] Routes =
    [
        new("/api/v1/auth/jwks", "GET", Users, RouteAccess.TokenIgnored) { IsExempt = true },
        new("/api/v1/auth/login", "POST", Users, RouteAccess.TokenIgnored),
        new("/api/v1/auth/refresh", "POST", Users, RouteAccess.TokenIgnored),
        new("/api/v1/auth/mfa/verify", "POST", Users, RouteAccess.TokenIgnored),
        new("/api/v1/auth/**", null, Users, RouteAccess.User),
        new("/api/v1/users", "POST", Users, RouteAccess.TokenIgnored),
        new("/api/v1/users/{id}/orders", null, Orders, RouteAccess.User),
        new("/api/v1/users/{id}/orders/**", null, Orders, RouteAccess.User),
        new("/api/v1/users/**", null, Users, RouteAccess.User),
        new("/api/v1/products:batchGet", "POST", Products, RouteAccess.Anyone),
        new("/api/v1/products:checkAvailability", "POST", Products, RouteAccess.Anyone),
        new("/api/v1/products:batchCreate", null, Products, RouteAccess.Operator),
        new("/api/v1/products:batchGet", null, Products, RouteAccess.User),
        new("/api/v1/products:checkAvailability", null, Products, RouteAccess.User),
        new("/api/v1/products/**", "GET", Products, RouteAccess.Anyone),
        new("/api/v1/products/**", null, Products, RouteAccess.Operator),
        new("/api/v1/categories/**", null, Products, RouteAccess.Anyone),
        new("/api/v1/orders", "POST", Orders, RouteAccess.User) { MayWait = true },
        new("/api/v1/orders/{id}/events", "GET", Orders, RouteAccess.User) { IsStream = true },
        new("/api/v1/orders/{id}/ship", null, Orders, RouteAccess.Operator),
        new("/api/v1/orders/{id}/deliver", null, Orders, RouteAccess.Operator),
        new("/api/v1/orders/**", null, Orders, RouteAccess.User),
        new("/api/v1/payments/{id}/refund", null, Payments, RouteAccess.Operator),
        new("/api/v1/payments/**", null, Payments, RouteAccess.User),
        new("/api/v1/payment-methods/**", null, Payments, RouteAccess.User),
    ];

    /// <summary>The apps behind the gateway.</summary>
    public static IReadOnlyList<string> Apps { get; } = [Users, Products, Orders, Payments];

    public static Route? Find(string method, string path)
    {
        var segments = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        return Array.Find(Routes, route => route.Fits(method, segments));
    }
}
