using System.Runtime.CompilerServices;
using Collab.Console.People;
using Collab.Console.SignIn;
using Collab.Primitives;
using Collab.Wire.Operator;

namespace Collab.Console;

/// <summary>The node's calls for the person of this request: the person's roles decide, what binds the party wants a fresh second factor, and every act is noted.</summary>
internal sealed class PersonOperator(IOperator node, Visit visit, Sessions sessions, Journal journal) : IOperator
{
    /// <summary>The person's roles do not allow it.</summary>
    public static readonly ErrorCode Forbidden = new(
        "console.forbidden", ErrorKind.Refused, "Ask a person with the role for it, or the operator of your party for the role.");

    public async Task<T> CallAsync<T>(string verb, object request, CancellationToken cancellation, TimeSpan? limit = null)
    {
        Check(verb);
        return await NotedAsync(verb, request, async () =>
        {
            var answer = await node.CallAsync<T>(verb, request, cancellation, limit);
            return (answer, answer is JobView job ? job.Job : null);
        });
    }

    public async IAsyncEnumerable<EventView> WatchAsync(JobRequest request, [EnumeratorCancellation] CancellationToken cancellation)
    {
        Check(Acts.Watch);
        await foreach (var view in node.WatchAsync(request, cancellation))
        {
            if (!sessions.Stands(visit.Session!)) yield break; // signed out or removed while watching
            yield return view;
        }
    }

    public async Task CopyAsync(string verb, object request, Stream destination, CancellationToken cancellation)
    {
        Check(verb);
        await NotedAsync(verb, request, async () =>
        {
            await node.CopyAsync(verb, request, destination, cancellation);
            return (true, (string?)null);
        });
    }

    public void Dispose()
    {
        // The node's calls belong to the node.
    }

    private void Check(string verb)
    {
        if (visit is not { Person: { } person, Session: { } session } || !Acts.RolesOf(verb).Any(person.Roles.Contains))
            throw new CollabException(Forbidden, $"This needs one of the roles: {string.Join(", ", Acts.RolesOf(verb))}.");
        if (Acts.Binds(verb)) sessions.RequireConfirmed(session);
    }

    private async Task<T> NotedAsync<T>(string verb, object request, Func<Task<(T Answer, string? Subject)>> act)
    {
        if (Acts.OnlyLooks(verb)) return (await act()).Answer;
        try
        {
            var (answer, subject) = await act();
            journal.Note(visit.Person!.Name, verb, subject ?? Acts.SubjectOf(request));
            return answer;
        }
        catch (CollabException e)
        {
            journal.Note(visit.Person!.Name, verb, Acts.SubjectOf(request), e.Code.Name);
            throw;
        }
    }
}
