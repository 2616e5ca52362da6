using Collab.Console.Tests.Support;
using Collab.Console.Wizard;
using Collab.Primitives;

namespace Collab.Console.Tests.Looks;

/// <summary>Every page of the console with something on it.</summary>
internal static class Pages
{
    /// <summary>One person who may see all of them.</summary>
    public static Task<Person> EverybodyAsync(ConsoleConsortium consortium, PartyId party) => consortium.PersonAsync(party, "everybody", [.. Console.People.PersonRoles.All]);

    /// <summary>Name, party and address; without a party for who is not signed in.</summary>
    public static IReadOnlyList<(string Name, PartyId Party, string Address)> All(Story story) =>
    [
        ("home", ConsoleConsortium.Registry, "/"),
        ("home-of-owner", ConsoleConsortium.Riverside, "/"),
        ("me", ConsoleConsortium.Registry, "/me"),
        ("datasets", ConsoleConsortium.Registry, "/datasets"),
        ("dataset-new", ConsoleConsortium.Registry, "/datasets/new"),
        ("jobs", ConsoleConsortium.Registry, "/jobs"),
        ("job-new", ConsoleConsortium.Registry, "/jobs/new"),
        .. JobSchema.Published.Kinds.Select(kind => ($"job-new-{kind}", ConsoleConsortium.Registry, $"/jobs/new/{kind}")),
        ("job-committed", ConsoleConsortium.Registry, $"/jobs/{story.Committed}"),
        ("job-waiting", ConsoleConsortium.Registry, $"/jobs/{story.Waiting}"),
        ("job-closed", ConsoleConsortium.Registry, $"/jobs/{story.Closed}"),
        ("result", ConsoleConsortium.Registry, $"/jobs/{story.Committed}/result"),
        ("approvals", ConsoleConsortium.Riverside, "/approvals"),
        ("approval", ConsoleConsortium.Riverside, $"/approvals/{story.Waiting}"),
        ("audit", ConsoleConsortium.Riverside, "/audit"),
        ("audit-verify", ConsoleConsortium.Riverside, "/audit/verify"),
        ("audit-job", ConsoleConsortium.Riverside, $"/audit/{story.Committed}"),
        ("supervision", ConsoleConsortium.Registry, "/supervision"),
        ("members", ConsoleConsortium.Registry, "/members"),
        ("people", ConsoleConsortium.Registry, "/people"),
        ("journal", ConsoleConsortium.Registry, "/journal"),
    ];
}
