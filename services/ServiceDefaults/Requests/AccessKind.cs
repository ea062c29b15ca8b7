namespace ServiceDefaults;

internal enum AccessKind
{
    /// <summary>Anyone; a token is verified when there is one.</summary>
    Anyone,

    /// <summary>Anyone; a token is not looked at, so that a login works with an expired one.</summary>
    TokenIgnored,

    /// <summary>A user with a valid token.</summary>
    User,

    /// <summary>The own sidecar only.</summary>
    Sidecar,
}
