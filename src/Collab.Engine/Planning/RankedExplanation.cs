using Collab.Primitives;

namespace Collab.Engine.Planning;

/// <summary>What ranks of values add to the explanation of joint analyses (protocols/specs/shared-ranks.md).</summary>
internal static class RankedExplanation
{
    /// <summary>What a batch of transfers takes at one of two owners without a dealer, in bytes: measured, 120 MiB at 5,000 rows and hardly more at 20,000.</summary>
    public const long TransferMemory = 128L << 20;

    /// <summary>What an owner sends beside shares of totals.</summary>
    public static readonly IReadOnlyList<Bilingual> Shared =
        [new("to the other owners, random shares of its rows' values and groups, and how many rows there are, rounded up", "向其他数据方发送其各行数值与分组的随机份额，以及向上取整的行数")];

    /// <summary>What a receiver that deals sends.</summary>
    public static readonly IReadOnlyList<Bilingual> Dealt = [new("random numbers for the owners' products", "供数据方乘法使用的随机数")];

    /// <summary>What an owner learns beside.</summary>
    public static readonly IReadOnlyList<Bilingual> Learned =
        [new("how many rows each other owner ranks, rounded up to a multiple of 16, and of many by up to an eighth", "其他各数据方参与排秩的行数（向上取整为 16 的倍数；行数多时至多多计八分之一）")];

    /// <summary>What the promise rests on when three owners rank.</summary>
    public static Bilingual AdversaryOfThree(PartyId receiver) => new(
        $"Honest but curious; no two of the three owners collude, and {receiver} with none of them: two owners together could read the ranked columns of the third.",
        $"半诚实模型；三个数据方中任意两方不合谋，{receiver} 也不与任一方合谋：两个数据方合谋即可读出第三方参与排秩的列。");

    /// <summary>What the promise rests on when the receiver deals.</summary>
    public static Bilingual AdversaryWithDealer(PartyId receiver) => new(
        $"Honest but curious. {receiver} deals the random numbers of the owners' products and is trusted: if it colludes with one of the two owners, they read the ranked columns of the other.",
        $"半诚实模型。{receiver} 为数据方的乘法分发随机数，须受信任：若其与任一数据方合谋，即可读出另一方参与排秩的列。");

    /// <summary>How ranks are computed.</summary>
    /// <param name="owners">How many owners.</param>
    /// <param name="isDealt">Whether the receiver deals.</param>
    public static IReadOnlyList<Bilingual> Notes(int owners, bool isDealt) =>
    [
        isDealt
            ? new("Ranks of values are computed by the two owners on shares: rows sorted at home are merged by comparisons that nobody sees, with random numbers that the receiver deals; it sees only how many. Only the statistics are opened, to the receiver.",
                "数值的秩由两个数据方在份额上计算：本地排序后的行以任何人都看不到结果的比较归并，所用随机数由接收方分发，接收方只看到其数量。只向接收方公开统计量。")
            : owners == 2
            ? new("Ranks of values are computed by the two owners on shares: rows sorted at home are merged by comparisons that nobody sees, products by oblivious transfer. Only the statistics are opened, to the receiver.",
                "数值的秩由两个数据方在份额上计算：本地排序后的行以任何人都看不到结果的比较归并，乘法以不经意传输完成。只向接收方公开统计量。")
            : new("Ranks of values are computed by the three owners on shares: rows sorted at home are merged by comparisons that nobody sees. Only the statistics are opened, to the receiver.",
                "数值的秩由三个数据方在份额上计算：本地排序后的行以任何人都看不到结果的比较归并。只向接收方公开统计量。"),
        new("At most 1,048,576 rows of all owners together are ranked; more end the job.", "所有数据方合计至多对 1,048,576 行排秩；超出则作业终止。"),
    ];
}
