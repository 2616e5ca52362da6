using System.Numerics;
using Collab.Evm.Keys;
using Collab.Evm.Transactions;

namespace Collab.Evm.Tests.Transactions;

public class EvmTransactionTests
{
    private static readonly EvmTransaction Example = new(
        TransactionKind.Legacy, 1, 9, 20_000_000_000, 20_000_000_000, 21_000,
        EvmAddress.Parse("0x3535353535353535353535353535353535353535"), BigInteger.Pow(10, 18), default, []);

    // EIP-155, section "Example".
    [Fact]
    public void The_example_of_eip_155()
    {
        using var key = EvmKey.FromSecret(Convert.FromHexString(string.Concat(Enumerable.Repeat("46", 32))));
        Assert.Equal("daf5a779ae972f972197303d7b574746c7ef83eadac0f2791ad23db92e4c8e53", Example.SigningHash().ToString());
        Assert.Equal(
            "f86c098504a817c800825208943535353535353535353535353535353535353535880de0b6b3a76400008025"
            + "a028ef61340bd939bc2195fe537567866003e1a15d3c71ff63e1590620aa636276a067cbe9d8997f761aecb703304b3800ccf555c9f3dc64214b297fb1966a3b6d83",
            Convert.ToHexStringLower(Example.Sign(key).Bytes.Span));
    }

    [Fact]
    public void Transactions_are_those_of_ethers_and_viem_byte_for_byte()
    {
        Assert.NotEmpty(Vectors.Transactions);
        Assert.All(Vectors.Transactions, vector =>
        {
            using var key = EvmKey.FromSecret(vector.Hex("key"));
            var signed = Vectors.Transaction(vector).Sign(key);
            Assert.Equal(vector.GetProperty("from").GetString(), key.Address.ToString());
            Assert.Equal(vector.GetProperty("raw").GetString(), "0x" + Convert.ToHexStringLower(signed.Bytes.Span));
            Assert.Equal(vector.GetProperty("hash").GetString(), "0x" + signed.Hash);
        });
    }

    [Fact]
    public void What_no_chain_takes_is_not_signed()
    {
        Refused(Example with { ChainId = 0 });
        Refused(Example with { ChainId = EvmTransaction.LargestChainId + 1 });
        Refused(Example with { Tip = Example.GasPrice + 1 });
        Refused(Example with { Value = -1 });
        Refused(Example with { Value = BigInteger.Pow(2, 256) });
        Refused(Example with { AccessList = [new(EvmAddress.Zero, [])] });
        _ = (Example with { ChainId = EvmTransaction.LargestChainId }).SigningHash();
    }

    [Fact]
    public void The_address_of_a_new_contract_follows_from_its_creator_and_nonce() => // the first contract of anvil's first account, as every tool shows it
        Assert.Equal("0x5FbDB2315678afecb367f032d93F642f64180aa3", EvmAddress.OfContract(EvmAddress.Parse("0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266"), 0).ToString());

    private static void Refused(EvmTransaction transaction) => Assert.Throws<ArgumentException>(() => transaction.SigningHash());
}
