using System.Numerics;
using Collab.Evm.Rpc;
using Collab.Evm.Transactions;
using Collab.Primitives;

namespace Collab.Evm.Sending;

/// <summary>What is paid for gas, in wei.</summary>
/// <param name="Kind">The form of transactions; <see cref="TransactionKind.Legacy"/> for chains without EIP-1559.</param>
/// <param name="MostPerGas">Never more than this.</param>
/// <param name="LeastTip">The tip, where the node names less.</param>
/// <param name="ReplaceAfter">How long a transaction may wait before it is sent again under the same nonce for more.</param>
public sealed record FeeRule(TransactionKind Kind, BigInteger MostPerGas, BigInteger LeastTip, TimeSpan ReplaceAfter)
{
    /// <summary>EIP-1559, at most 500 gwei, again after a minute.</summary>
    public static FeeRule Standard { get; } = new(TransactionKind.DynamicFee, 500_000_000_000, 0, TimeSpan.FromMinutes(1));

    /// <summary>What to offer now for a transaction that replaces none: the tip and the price, in wei.</summary>
    /// <exception cref="CollabException"><see cref="EvmErrors.FeeTooHigh"/>.</exception>
    public Task<(BigInteger Tip, BigInteger Price)> OfferAsync(EvmNode node, BlockHeader head, CancellationToken cancellation) => OfferAsync(node, head, null, cancellation);

    /// <summary>What to offer now.</summary>
    /// <param name="node">Asked for its tip or price.</param>
    /// <param name="head">The newest block, which names the least price.</param>
    /// <param name="replaced">What the same nonce was offered for before; nodes want a tenth more on both.</param>
    /// <param name="cancellation">Ends the asking.</param>
    /// <exception cref="CollabException"><see cref="EvmErrors.FeeTooHigh"/>.</exception>
    internal async Task<(BigInteger Tip, BigInteger Price)> OfferAsync(EvmNode node, BlockHeader head, (BigInteger Tip, BigInteger Price)? replaced, CancellationToken cancellation)
    {
        var (tip, least, price) = await AskAsync(node, head, cancellation);
        if (replaced is { } before)
        {
            tip = BigInteger.Max(tip, Raised(before.Tip));
            price = BigInteger.Max(BigInteger.Max(price, tip), Raised(before.Price));
            if (Raised(before.Price) > MostPerGas) throw TooHigh();
        }

        if (least > MostPerGas) throw TooHigh();
        price = BigInteger.Min(price, MostPerGas);
        return (Kind == TransactionKind.DynamicFee ? BigInteger.Min(tip, price) : price, price);
    }

    private async Task<(BigInteger Tip, BigInteger Least, BigInteger Price)> AskAsync(EvmNode node, BlockHeader head, CancellationToken cancellation)
    {
        if (Kind != TransactionKind.DynamicFee)
        {
            var price = await node.GasPriceAsync(cancellation);
            return (price, price, price);
        }

        var baseFee = head.BaseFee ?? throw new CollabException(EvmErrors.Rejected, "The chain has no base fee: configure transactions of the legacy kind.");
        var tip = BigInteger.Max(LeastTip, await node.TipAsync(cancellation));
        tip = BigInteger.Max(0, BigInteger.Min(tip, MostPerGas - baseFee));              // a wish, not a condition: on a chain without fees the limit is 0
        return (tip, baseFee, (2 * baseFee) + tip);                               // twice: six full blocks may follow before it is too little
    }

    private static BigInteger Raised(BigInteger amount) => (amount * 9 / 8) + 1;

    private static CollabException TooHigh() => new(EvmErrors.FeeTooHigh, "The price of gas is above the limit of the configuration.");
}
