namespace ServiceDefaults;

/// <summary>The roles a user can have.</summary>
public static class Roles
{
    /// <summary>Buys for himself.</summary>
    public const string Customer = "customer";

    /// <summary>Runs the shop: products, stock, all orders and payments.</summary>
    public const string Operator = "operator";

    /// <summary>Everything an operator may, and users.</summary>
    public const string Admin = "admin";
}
