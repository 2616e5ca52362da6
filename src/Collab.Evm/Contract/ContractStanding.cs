using Collab.Jobs.Governance;
using Collab.Primitives;

namespace Collab.Evm.Contract;

/// <summary>What the contract's final events say of roles, suspension and pause. Not safe for concurrent use.</summary>
internal sealed class ContractStanding
{
    private readonly Dictionary<Digest, MemberStanding> _organisations = [];

    public bool IsPaused { get; set; }

    /// <summary>Whether a motion named another contract.</summary>
    public bool IsSuperseded { get; set; }

    public void Set(Digest organisation, int roles, bool active) => _organisations[organisation] = new MemberStanding((MemberRoles)roles & MemberRoles.All, active);

    /// <summary>What both the logs and the contract allow: either alone can only take away.</summary>
    /// <param name="logs">The standing by the logs.</param>
    /// <param name="organisations">The organisation of each party; one of which no event was seen is as the logs say.</param>
    public Standing Narrow(Standing logs, IReadOnlyDictionary<PartyId, Digest> organisations) => logs with
    {
        Paused = logs.Paused || IsPaused || IsSuperseded,
        Members = logs.Members.ToDictionary(m => m.Key, m => organisations.TryGetValue(m.Key, out var id) && _organisations.TryGetValue(id, out var there)
            ? new MemberStanding(m.Value.Roles & there.Roles, m.Value.Active && there.Active)
            : m.Value),
    };
}
