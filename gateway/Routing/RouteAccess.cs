namespace Gateway;

internal enum RouteAccess
{
    /// <summary>Anyone, and a token is not looked at.</summary>
    TokenIgnored,

    /// <summary>Anyone; a token must be valid when there is one.</summary>
    Anyone,

    /// <summary>A user.</summary>
    User,

    /// <summary>An operator or administrator.</summary>
    Operator,
}
