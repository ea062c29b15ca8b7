using ServiceDefaults;

namespace Users.Profiles;

/// <summary>The user that a route names: an id, or <c>me</c> for the caller.</summary>
internal static class UserReference
{
    public static bool TryParse(string text, RequestContext context, out Guid userId)
    {
        if (text == "me" && context.UserId is { } caller)
        {
            userId = caller;
            return true;
        }

        return Guid.TryParseExact(text, "D", out userId);
    }

    public static IResult Invalid() => Problems.Invalid("id", "must be a UUID or me");
}
