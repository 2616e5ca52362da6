using System.Globalization;
using Collab.Console.People;
using Collab.Wire.Operator;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Http;

namespace Collab.Console.Pages.Members;

/// <summary>The parties, their keys and certificates, and what they vote on.</summary>
public sealed partial class MembersPage
{
    /// <summary>The request.</summary>
    [CascadingParameter]
    public required HttpContext Context { get; set; }

    private StatusView? Status { get; set; }

    private GovernanceView? Standing { get; set; }

    private bool MayVote => Visit.Is(PersonRoles.Operator)
        && Standing!.Members.FirstOrDefault(m => m.Party == Settings.Party.Name) is { Active: true } self && self.Roles.Contains(PersonRoles.Operator);

    /// <inheritdoc/>
    protected override Task OnInitializedAsync() => TryAsync(async () =>
    {
        Status = await Node.CallAsync<StatusView>(Verbs.Status, new EmptyRequest(), Context.RequestAborted);
        Standing = await Node.CallAsync<GovernanceView>(Verbs.Governance, new EmptyRequest(), Context.RequestAborted);
    });

    private bool IsOpenToUs(MotionView motion) => motion.State == "open" && !motion.Votes.Contains(Settings.Party.Name);

    private async Task VoteAsync()
    {
        if (await TryAsync(() => Node.CallAsync<GovernanceView>(Verbs.Vote, new VoteRequest(Value("motion")), Context.RequestAborted)))
            Navigation.NavigateTo("/members#motions");
    }

    private async Task OpenAsync()
    {
        var days = int.TryParse(Value("days"), NumberStyles.None, CultureInfo.InvariantCulture, out var given) ? Math.Clamp(given, 1, 30) : 7;
        // A minute less than asked, for the node's limit is counted from the moment it gets there.
        var empty = new OpenMotionRequest(Settings.Clock.GetUtcNow().AddDays(days).AddMinutes(-1));
        var parts = Value("change").Split(':', 2);
        var request = parts switch
        {
            ["pause"] => empty with { Paused = true },
            ["resume"] => empty with { Paused = false },
            ["suspend", var party] => empty with { Member = party, Active = false },
            ["activate", var party] => empty with { Member = party, Active = true },
            ["quorum", var votes] when int.TryParse(votes, NumberStyles.None, CultureInfo.InvariantCulture, out var quorum) => empty with { Quorum = quorum },
            _ => empty, // the node says that a motion makes one change
        };
        if (await TryAsync(() => Node.CallAsync<GovernanceView>(Verbs.OpenMotion, request, Context.RequestAborted)))
            Navigation.NavigateTo("/members#motions");
    }

    private string Value(string field) => Context.Request.Form[field].ToString();

    private static TextView RoleWords(string role) => role switch
    {
        "provider" => new("provider", "数据提供方"),
        "requester" => new("requester", "发起方"),
        "algorithm" => new("algorithm provider", "算法提供方"),
        "operator" => new("operator", "运维方"),
        "auditor" => new("auditor", "审计方"),
        "supervisor" => new("supervisor", "监管方"),
        _ => new(role, role),
    };

    private static TextView StateWords(string state) => state switch
    {
        "open" => new("open", "投票中"),
        "carried" => new("carried", "已通过"),
        "lapsed" => new("lapsed", "已失效"),
        _ => new(state, state),
    };
}
