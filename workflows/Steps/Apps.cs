namespace Workflows.Steps;

/// <summary>The app ids the saga calls.</summary>
internal static class Apps
{
    public const string Users = "users";
    public const string Products = "products";
    public const string Payments = "payments";
}
