using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace ServiceDefaults;

/// <summary>The one place where faults and the framework's bare statuses become error answers.</summary>
internal sealed partial class ProblemMiddleware(RequestDelegate next, ILogger<ProblemMiddleware> logger)
{
    public async Task InvokeAsync(HttpContext context)
    {
        try
        {
            await next(context);
        }
        catch (InvalidRequestException exception) when (!context.Response.HasStarted)
        {
            await AnswerAsync(context, exception.Problem);
        }
        catch (BadHttpRequestException exception) when (!context.Response.HasStarted)
        {
            await AnswerAsync(context, BadRequests.ToProblem(exception));
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException or HttpRequestException && context.RequestAborted.IsCancellationRequested)
        {
            // The client is gone; nobody reads an answer.
        }
        catch (TransientCallException exception) when (!context.Response.HasStarted)
        {
            Log.CallFailed(logger, exception);
            await AnswerAsync(context, Problems.Of(Codes.ServiceUnavailable, "A service that is needed for this does not answer.", retryAfter: TimeSpan.FromSeconds(1)));
        }
        catch (PostgresException exception) when (!context.Response.HasStarted && IsUnstorable(exception))
        {
            Log.Unstorable(logger, exception.SqlState, exception);
            await AnswerAsync(context, Problems.Of(Codes.ValidationFailed, "The request holds a character or a number that cannot be stored."));
        }
        catch (Exception exception) when (!context.Response.HasStarted)
        {
            Log.Fault(logger, exception);
            await AnswerAsync(context, Problems.Of(Codes.InternalError));
        }

        if (IsBare(context.Response))
        {
            await Problems.Of(Codes.ForStatus(context.Response.StatusCode)).ExecuteAsync(context);
        }
    }

    // What validation let through although no column takes it: NUL characters, numbers out of range.
    private static bool IsUnstorable(PostgresException exception) =>
        exception.SqlState is PostgresErrorCodes.UntranslatableCharacter or PostgresErrorCodes.CharacterNotInRepertoire or PostgresErrorCodes.NumericValueOutOfRange;

    private static bool IsBare(HttpResponse response) =>
        response is { StatusCode: >= 400, HasStarted: false, ContentType: null, ContentLength: null };

    private static Task AnswerAsync(HttpContext context, ProblemResult problem)
    {
        context.Response.ContentType = null;
        context.Response.ContentLength = null;
        return problem.ExecuteAsync(context);
    }

    private static partial class Log
    {
        [LoggerMessage(100, LogLevel.Error, "A request failed")]
        public static partial void Fault(ILogger logger, Exception exception);

        [LoggerMessage(102, LogLevel.Warning, "The database refused a value that validation let through ({SqlState})")]
        public static partial void Unstorable(ILogger logger, string sqlState, Exception exception);

        [LoggerMessage(101, LogLevel.Warning, "A call to another service failed")]
        public static partial void CallFailed(ILogger logger, Exception exception);
    }
}
