namespace Collab.Evm.Tests.Contract;

/// <summary>
/// A small consortium: organisations 1 and 2 own data, 2 also asks; 3 provides algorithms and may operate; 4 audits; 5 is not a member.
/// Key 6·o − 5 administers organisation o; the five after it are its keys, one for each role.
/// </summary>
public static class Scenario
{
    /// <summary>What the constructor takes.</summary>
    public static readonly (int Organisation, Role Roles, int Administration)[] Founders =
    [
        (1, Role.Provider | Role.Operator, Administration(1)),
        (2, Role.Provider | Role.Requester | Role.Operator, Administration(2)),
        (3, Role.Algorithm | Role.Operator, Administration(3)),
        (4, Role.Auditor, Administration(4)),
    ];

    /// <summary>Two of three operators.</summary>
    public const int Quorum = 2;

    /// <summary>Two hours.</summary>
    public const long KeyDelay = 2 * 3600;

    /// <summary>The first job of organisation 2 and its first run.</summary>
    public static readonly int Job = ConsortiumModel.IdOf(2, 1), Run = ConsortiumModel.IdOf(Job, 1);

    /// <summary>One dataset of each owner.</summary>
    public static readonly int DatasetOfOne = ConsortiumModel.IdOf(1, 1), DatasetOfTwo = ConsortiumModel.IdOf(2, 1);

    /// <summary>The algorithm.</summary>
    public static readonly int Algorithm = ConsortiumModel.IdOf(3, 1);

    /// <summary>The digest of the plan.</summary>
    public const int Plan = 9;

    /// <summary>A time that none of the scenarios reaches by itself: ten days.</summary>
    public const long Later = 10 * 24 * 3600;

    /// <summary>The administration key of an organisation.</summary>
    public static int Administration(int organisation) => 6 * organisation - 5;

    /// <summary>The key of an organisation for one role.</summary>
    public static int Key(int organisation, Role role) => Administration(organisation) + 1 + (int)Math.Log2((int)role);

    /// <summary>Every founder has a key for each of the five roles; items are registered.</summary>
    public static IReadOnlyList<ContractCall> SetUp { get; } =
    [
        .. Enumerable.Range(1, 4).Select(o => new ContractCall(Operation.Claim, Administration(o), o)),
        .. Hot.Select(k => new ContractCall(Operation.Nominate, Administration(k.Organisation), Key(k.Organisation, k.Role), (int)k.Role)),
        new(Operation.Wait, 0, KeyDelay),
        .. Hot.Select(k => new ContractCall(Operation.Claim, Key(k.Organisation, k.Role), k.Organisation)),
        new(Operation.SetDataset, Key(1, Role.Provider), 1, 1),
        new(Operation.SetDataset, Key(2, Role.Provider), 1, 2),
        new(Operation.SetAlgorithm, Key(3, Role.Algorithm), 1, 3),
    ];

    /// <summary>A job with two grants and the algorithm's approval for both.</summary>
    public static IReadOnlyList<ContractCall> ProposedAndApproved { get; } =
    [
        new(Operation.Propose, Key(2, Role.Requester), 1, Plan, Algorithm, 1, 1L << DatasetOfOne | 1L << DatasetOfTwo, 0b110, 1, Later, 3),
        new(Operation.Approve, Key(1, Role.Provider), Job, Plan, DatasetOfOne, 1, 2, Later),
        new(Operation.Approve, Key(2, Role.Provider), Job, Plan, DatasetOfTwo, 1, 3, Later - 1),
        new(Operation.ApproveAlgorithm, Key(3, Role.Algorithm), Job, Plan, DatasetOfOne, 1),
        new(Operation.ApproveAlgorithm, Key(3, Role.Algorithm), Job, Plan, DatasetOfTwo, 1),
    ];

    /// <summary>Its first run, with equal transcripts.</summary>
    public static IReadOnlyList<ContractCall> RunAndCommitted { get; } =
    [
        new(Operation.StartRun, Key(2, Role.Requester), Job, 1, Later),
        new(Operation.Commit, Key(1, Role.Provider), Run, 5, 0, 6, 10),
        new(Operation.Commit, Key(2, Role.Requester), Run, 6, 7, 8, 20),
        new(Operation.Open, Key(1, Role.Provider), Run, 10),
        new(Operation.Open, Key(2, Role.Requester), Run, 10),
        new(Operation.Checkpoint, Key(4, Role.Auditor), 30, 4),
    ];

    private static IEnumerable<(int Organisation, Role Role)> Hot =>
        from organisation in Enumerable.Range(1, 4)
        from role in new[] { Role.Provider, Role.Requester, Role.Algorithm, Role.Operator, Role.Auditor }
        select (organisation, role);
}
