"""The embedding of elements as a matrix product, whose gradient waits for nothing."""

import torch
from torch import Tensor, nn


class ProductEmbedding(nn.Embedding):
    """Rows of the weight as a product with one-hot rows.

    The gradient of ``nn.Embedding`` on CUDA counts its indices, and may wait for the
    count to arrive on the host; inside a CUDA graph that is an error.
    """

    @classmethod
    def like(cls, embedding: nn.Embedding) -> "ProductEmbedding":
        """The same weights, looked up in this way."""
        return cls(
            embedding.num_embeddings, embedding.embedding_dim, _weight=embedding.weight
        )

    def forward(self, numbers: Tensor) -> Tensor:
        """Rows of the weight, rounded as any product is; (atoms,) -> (atoms, width)."""
        kinds = torch.arange(self.num_embeddings, device=numbers.device)
        one_hot = (numbers[:, None] == kinds).to(self.weight.dtype)
        return one_hot @ self.weight
